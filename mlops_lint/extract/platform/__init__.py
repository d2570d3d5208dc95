"""Files of platforms to what runs there: deployments, resources of clouds, and what changes them."""
