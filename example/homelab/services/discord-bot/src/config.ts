/** What the ticket bot reads from its environment. */
const password = process.env.TICKETBOT_DB_PASSWORD ?? "";

export const config = {
  token: process.env.DISCORD_TOKEN ?? "",
  databaseUrl:
    process.env.DATABASE_URL ?? `postgresql://ticketbot:${password}@discord-bot-db:5432/ticketbot`,
  /** Tables are in the database `ticketbot`, as is the bot's schema of that name. */
  schema: "ticketbot",
};
