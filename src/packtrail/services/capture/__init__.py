"""Documents of partners: taken in, kept byte for byte, checked, recorded."""
