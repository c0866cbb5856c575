"""Where the work runs: slots of CPU, and children that may be killed."""
