import redis from 'redis'
const client = redis.createClient({ url: 'redis://cache:6379' })
export default { redis: client }
