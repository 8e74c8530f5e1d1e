const { execSync } = require('child_process')
execSync(`docker exec shop_db pg_dump -U shop shop_db > ${file}`)
