"""A package, so that the country that these tests share ends with the last of them."""
