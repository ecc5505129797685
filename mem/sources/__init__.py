"""Files and exports become parsed documents."""
