"""A report of saved results: chapters made of one study, and the files they become."""
