"""Files that declare dependencies to what they ask for, and files that lock their versions."""
