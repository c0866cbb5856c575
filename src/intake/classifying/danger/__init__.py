"""Who is in danger now, and what cannot wait: rules, the model that weighs them, what is over."""
