# Made by `composemod scaffold dashboard`, version 999.
