psql -U postgres -d postgres -c "\du"
