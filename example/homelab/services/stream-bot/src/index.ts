import { createServer } from "node:http";
import postgres from "postgres";

import { databaseConfig } from "./config.js";

const sql = postgres(databaseConfig());

createServer(async (_request, response) => {
  const [fact] = await sql`SELECT text FROM facts ORDER BY random() LIMIT 1`;
  response.end(fact?.text ?? "no facts yet");
}).listen(5000);
