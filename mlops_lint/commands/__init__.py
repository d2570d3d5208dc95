"""The commands: each takes parsed options, prints, and gives an exit status."""
