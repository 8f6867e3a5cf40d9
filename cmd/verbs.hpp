// Every verb's declaration, for the table in main.cpp. In the order of the table.
#pragma once

namespace CLI {
class App;
}

namespace sealpost::cmd {

struct Env;

void add_setup(CLI::App& app, Env& env);
void add_org(CLI::App& app, Env& env);
void add_relay(CLI::App& app, Env& env);
void add_member(CLI::App& app, Env& env);
void add_join(CLI::App& app, Env& env);
void add_mfa(CLI::App& app, Env& env);
void add_policy(CLI::App& app, Env& env);
void add_device(CLI::App& app, Env& env);

void add_send(CLI::App& app, Env& env);
void add_sent(CLI::App& app, Env& env);
void add_outbox(CLI::App& app, Env& env);
void add_inbox(CLI::App& app, Env& env);
void add_read(CLI::App& app, Env& env);
void add_message(CLI::App& app, Env& env);
void add_receipt(CLI::App& app, Env& env);
void add_recall(CLI::App& app, Env& env);
void add_bulk(CLI::App& app, Env& env);
void add_watch(CLI::App& app, Env& env);

void add_contact(CLI::App& app, Env& env);
void add_consent(CLI::App& app, Env& env);
void add_agreement(CLI::App& app, Env& env);
void add_group_verb(CLI::App& app, Env& env);  // add_group() is for verbs that hold others

void add_unlock(CLI::App& app, Env& env);
void add_lock(CLI::App& app, Env& env);
void add_status(CLI::App& app, Env& env);
void add_key(CLI::App& app, Env& env);

void add_audit(CLI::App& app, Env& env);

void add_keygen(CLI::App& app, Env& env);
void add_encrypt(CLI::App& app, Env& env);
void add_decrypt(CLI::App& app, Env& env);
void add_inspect(CLI::App& app, Env& env);
void add_sandbox(CLI::App& app, Env& env);

void add_doctor(CLI::App& app, Env& env);
void add_profile(CLI::App& app, Env& env);
void add_config(CLI::App& app, Env& env);
void add_notify(CLI::App& app, Env& env);
void add_completion(CLI::App& app, Env& env);
void add_version(CLI::App& app, Env& env);

}  // namespace sealpost::cmd
