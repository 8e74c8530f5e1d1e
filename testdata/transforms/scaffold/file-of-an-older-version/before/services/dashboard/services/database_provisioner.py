# Made by `composemod scaffold dashboard`, version 0.
OLD = True
