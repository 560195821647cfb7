"""Why a network answered so: where it looked, what drives its units, what is like the picture, what would change it."""
