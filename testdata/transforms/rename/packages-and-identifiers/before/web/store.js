import redis from 'redis'
const client = redis.createClient({ url: 'redis://redis:6379' })
export default { redis: client }
