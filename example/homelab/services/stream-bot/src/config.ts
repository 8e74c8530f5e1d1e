/** Where the stream bot keeps its facts. Outside Compose nothing is set, and the defaults serve. */
export interface DatabaseConfig {
  host: string;
  port: number;
  database: string;
  username: string;
  password: string;
}

const DEFAULT_HOST = 'discord-bot-db';

export function databaseConfig(env: NodeJS.ProcessEnv = process.env): DatabaseConfig {
  return {
    host: env.DB_HOST || DEFAULT_HOST,
    port: Number(env.DB_PORT || 5432),
    database: env.DB_NAME || 'streambot',
    username: env.DB_USER || 'streambot',
    password: env.DB_PASSWORD || '',
  };
}
