# Letters.
