"""Decisions drawn from replications: when they suffice, what differs, which is best, how sure one may be.

Nothing here knows of scenarios or engines: numbers come in as arrays with one value per replication, on the last axis
unless said otherwise, and everything is a function of them.
"""
