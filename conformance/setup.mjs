// Registers what the OpenID Foundation's conformance suite needs at an Usher, and writes one configuration for each plan.
//
//     node conformance/setup.mjs ISSUER SUITE [FOLDER]
//
// `usher` must be on the PATH (or named by USHER) with the settings of the server. See README.md.

import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [issuer, suite, folder = join(here, "out")] = process.argv.slice(2).map((text) => text.replace(/\/$/, ""));
if (!issuer || !suite) {
    console.error("usage: node conformance/setup.mjs ISSUER SUITE [FOLDER]");
    process.exit(2);
}

const values = {
    issuer,
    suite,
    alias: "usher",
    email: "conformance@example.org",
    password: randomBytes(18).toString("base64url"),
};

/** A JSON file of this folder with the values filled in. */
function read(name) {
    const text = readFileSync(join(here, name), "utf8");
    return JSON.parse(text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole));
}

function usher(args, input) {
    const output = execFileSync(process.env.USHER ?? "usher", [...args, "--json"], { input, encoding: "utf8" });
    return JSON.parse(output);
}

/** The person of every module: signed in again in each, so their password is known. */
function createPerson() {
    const claims = join(here, "person.json");
    usher(["user", "create", "--email", values.email, "--claims-json", claims, "--password-stdin"], values.password);
}

/** A private key for assertions, request objects and proofs; the client has its public half. */
function keyFor(kid) {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const more = { kid, alg: "PS256", use: "sig" };
    return [privateKey, publicKey].map((key) => ({ keys: [{ ...key.export({ format: "jwk" }), ...more }] }));
}

/** Registers a client, and returns what the suite has to know of it. */
function createClient(name, metadata) {
    const args = ["client", "create", "--project", "Conformance", "--type", "web", "--name", metadata.client_name, "--from-json", "-"];
    if (metadata.token_endpoint_auth_method !== "private_key_jwt") {
        const { client_id, client_secret } = usher(args, JSON.stringify(metadata));
        return { client_id, client_secret };
    }
    const [privateSet, publicSet] = keyFor(name);
    const { client_id } = usher(args, JSON.stringify({ ...metadata, jwks: publicSet }));
    return { client_id, scope: "openid offline_access", jwks: privateSet, dpop_signing_alg: "PS256" };
}

/** The visits of a plan, as the suite has them. */
function automation(pages, visits) {
    return visits.map((name) => {
        const { tasks, ...visit } = pages.visits[name];
        return { comment: name, ...visit, tasks: tasks.map((task) => ({ task, ...pages.tasks[task] })) };
    });
}

function configuration(plan, clients, pages) {
    const config = {
        alias: values.alias,
        description: plan.description,
        server: { discoveryUrl: `${issuer}/.well-known/openid-configuration`, login_hint: values.email },
        browser: automation(pages, plan.browser),
        override: {},
    };
    for (const [member, name] of Object.entries(plan.clients)) {
        config[member] = clients[name];
    }
    if (plan.plan.startsWith("fapi2-")) {
        config.resource = { resourceUrl: `${issuer}/oauth2/userinfo` };
    }
    for (const [module, { browser }] of Object.entries(plan.override)) {
        config.override[module] = { browser: automation(pages, browser) };
    }
    return config;
}

createPerson();
usher(["project", "create", "--name", "Conformance"]);
const clients = {};
for (const [name, metadata] of Object.entries(read("clients.json"))) {
    clients[name] = createClient(name, metadata);
}
const pages = read("pages.json");
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(join(here, "plans"))) {
    const plan = read(join("plans", file));
    writeFileSync(join(folder, file), `${JSON.stringify(configuration(plan, clients, pages), null, 2)}\n`, { mode: 0o600 });
    console.log(`${plan.plan} ${join(folder, file)}`);
}
