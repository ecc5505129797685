"""What commands print: values as lines of text, and as JSON where no front end shares its shape."""
