const { execSync } = require('child_process')
execSync(`docker exec pg pg_dump -U shop shop_db > ${file}`)
