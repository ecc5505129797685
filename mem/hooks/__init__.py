"""The hooks that built-in parts and plugins share."""
