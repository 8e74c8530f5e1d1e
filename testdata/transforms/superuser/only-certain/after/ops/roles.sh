psql -U shopbot -d postgres -c "\du"
