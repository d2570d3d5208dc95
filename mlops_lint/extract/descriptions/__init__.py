"""What people and catalogues say of data and models: what they are, whose they are, what may be done with them."""
