const url = process.env.DATABASE_URL || 'postgres://db:db@app-db:5432/db'
module.exports = { db: connect(url) }
