"""What rules can say beyond fields: expressions, graph functions and named predicates."""
