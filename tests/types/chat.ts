/* A client of the chat that keeps the contract: it compiles against the generated types. */
import { io, type Socket } from "socket.io-client";

import type {
  AdminConnectAuth,
  AdminClientToServerEvents,
  AdminServerToClientEvents,
  ClientToServerEvents,
  ConnectAuth,
  Namespaces,
  Notice,
  ServerToClientEvents,
  Text,
  User,
} from "./chat.events.js";

/** A socket of a namespace, by its address in the document. */
type SocketOf<Address extends keyof Namespaces> = Socket<
  Namespaces[Address]["serverToClient"],
  Namespaces[Address]["clientToServer"]
>;

const auth: ConnectAuth = { name: "ann", password: "secret" };
const lobby: Socket<ServerToClientEvents, ClientToServerEvents> = io("http://localhost/", { auth });
const adminAuth: AdminConnectAuth = { token: "t", role: "owner" };
const admin: Socket<AdminServerToClientEvents, AdminClientToServerEvents> = io(
  "http://localhost/admin",
  { auth: adminAuth },
);
const address: Namespaces["/rooms/{kind}/{roomId}"]["namespace"] = "/rooms/public/7";
const room: SocketOf<"/rooms/{kind}/{roomId}"> = io(`http://localhost${address}`);
const anotherLobby: SocketOf<"/"> = lobby;

// What is sent, with callbacks.
lobby.emit("login", { name: "ann", password: "secret", remember: true }, (ack) => {
  const text: string = "reason" in ack ? ack.reason : ack.name;
  console.log(text);
});
lobby.emit("status", "away");
lobby.emit("nick", "annie");
lobby.emit("nick", null);
lobby.emit("nick");
lobby.emit("leave", () => console.log("left"));
lobby.emit("move", 1, 2, (distance, unit) => {
  const kilometres: number = unit === "km" ? distance : distance / 1000;
  console.log(kilometres);
});
lobby.emit("search", "an", (ack) => console.log(ack[0]?.name));
lobby.emit("search", "an", 10, (ack) => console.log(ack.length));
lobby.emit("tag", "ann", (ack) => console.log(ack.toFixed()));
lobby.emit("tag", "ann", "friend", "colleague", (ack) => console.log(ack.toFixed()));
lobby.emit("draw", { radius: 1 }, (ack) => console.log(ack === true || ack === "done"));
lobby.emit("draw", { side: 1 }, () => {});
lobby.emit("upload", { name: "a", data: new Uint8Array(3) }, () => {});
lobby.emit("upload", { name: "a", data: new ArrayBuffer(3) }, () => {});
lobby.timeout(100).emit("login", auth, (error, ack) => console.log(error.message, ack));
admin.emit("ban", "7c4a8d09-ca37-4f3f-9d52-0d2f3b1a8e11", null, (ack) => {
  const why: string = ack.ok ? "done" : ack.why;
  console.log(why);
});
room.emit("say", { body: "hi", "reply-to": 3, span: [0, 1], reactions: { wave: 1 } }, () => {});

// What is sent, awaiting the answer.
export async function ask(): Promise<void> {
  const login = await lobby.emitWithAck("login", auth);
  if ("reason" in login) {
    const reason: "unknown" | "locked" = login.reason;
    console.log(reason);
  }
  const users: User[] = await lobby.timeout(100).emitWithAck("search", "an", 10);
  const found: User[] = await lobby.emitWithAck("search", "an");
  const drawn: boolean | string = await lobby.emitWithAck("draw", { side: 2 });
  const count: number = await lobby.emitWithAck("tag", "ann", "friend");
  const ban = await admin.emitWithAck("ban", "7c4a8d09-ca37-4f3f-9d52-0d2f3b1a8e11", 5);
  if (!ban.ok) console.log(ban.why);
  await lobby.emitWithAck("leave");
  console.log(users, found, drawn, count);
}

// What is heard.
lobby.on("connect", () => {});
lobby.on("connect_error", (error) => console.log(error.message));
lobby.on("joined", (user) => {
  const avatar: string = user.avatar ?? "none";
  const names: string[] = user.friends?.map((friend) => friend.name) ?? [];
  console.log(avatar, names, user.status === "away");
});
function headline(notice: Notice): string {
  return notice.kind === "News" ? notice.headline : notice.severity.toFixed();
}
lobby.on("notice", (notice) => console.log(headline(notice)));
lobby.on("ping", () => {});
lobby.on("picture", (bytes) => console.log(new Uint8Array(bytes).length));
lobby.on("ask", (question, callback) => callback(question.endsWith("?")));
lobby.once("user left", (name) => console.log(name.length));
admin.on("audit", (counts) => {
  for (const [name, count] of Object.entries(counts)) console.log(name, count.toFixed());
});
room.on("said", ({ body, span }) => {
  const text: Text["body"] = body;
  const [from, to]: [number, number] = span ?? [0, text.length];
  console.log(text.slice(from, to), anotherLobby.connected);
});
