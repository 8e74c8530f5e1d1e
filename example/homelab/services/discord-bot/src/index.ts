import { Client, GatewayIntentBits } from "discord.js";
import postgres from "postgres";

import { config } from "./config.js";

const sql = postgres(config.databaseUrl);
const client = new Client({ intents: [GatewayIntentBits.Guilds] });

client.once("ready", async () => {
  const [{ open }] = await sql`SELECT count(*) AS open FROM tickets WHERE closed_at IS NULL`;
  console.log(`discord-bot is up, ${open} tickets are open`);
});

await client.login(config.token);
