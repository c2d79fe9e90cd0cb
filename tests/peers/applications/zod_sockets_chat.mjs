// A chat on zod-sockets; prints the document that the library exports.

import { z } from "zod";
import { ActionsFactory, Documentation, createSimpleConfig } from "zod-sockets";

const say = z.object({ room: z.string(), text: z.string() });
const said = z.object({ id: z.number().int() });
const config = createSimpleConfig({
  emission: {
    said: { schema: z.tuple([say]) },
    moved: { schema: z.tuple([z.number().int(), z.number().int()]) },
    kick: { schema: z.tuple([z.string()]), ack: z.tuple([z.boolean()]) },
  },
});
const factory = new ActionsFactory(config);
const action = (event, input, output) =>
  factory.build({ event, input, ...(output && { output }), handler: async () => [] });
const actions = [
  action("say", z.tuple([say]), z.tuple([said])),
  action("move", z.tuple([z.number().int(), z.string()]), z.tuple([z.number().int(), z.string()])),
  action("leave", z.tuple([])),
  action("log", z.tuple([]).rest(z.string())),
];

const servers = { main: { url: "https://example.com/socket.io" } };
const document = new Documentation({ title: "Chat", version: "1", servers, actions, config });
console.log(document.getSpecAsJson());
