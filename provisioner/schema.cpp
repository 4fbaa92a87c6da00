#include "provisioner/schema.h"

#include <array>

namespace switchyard::provisioner {
namespace {

// No column is NULL: "none" is '' or 0, so that reading needs no indicators. A key that must be
// unique only while something lives holds the object's own id once it is over (live_server,
// live_name).
constexpr std::string_view kInventory = R"sql(
CREATE TABLE IF NOT EXISTS fabric_vrfs (
  name {name} NOT NULL PRIMARY KEY, tag INT NOT NULL UNIQUE, description {text} NOT NULL,
  version {big} NOT NULL
) {table}
;
CREATE TABLE IF NOT EXISTS network_catalogs (
  name {name} NOT NULL PRIMARY KEY, body {json} NOT NULL, version {big} NOT NULL
) {table}
;
CREATE TABLE IF NOT EXISTS os_images (
  name {name} NOT NULL PRIMARY KEY, description {text} NOT NULL, version {big} NOT NULL
) {table}
;
CREATE TABLE IF NOT EXISTS switches (
  name {name} NOT NULL PRIMARY KEY, nos {name} NOT NULL, address {name} NOT NULL, port INT NOT NULL,
  login {name} NOT NULL, sealed_password {text} NOT NULL, key_file {text} NOT NULL,
  host_key {text} NOT NULL, asn {big} NOT NULL, bridge {name} NOT NULL,
  state {name} NOT NULL, error {text} NOT NULL, last_contact {big} NOT NULL, boot_id {name} NOT NULL,
  facts {json} NOT NULL, scan_wanted {big} NOT NULL,
  claimed_by {name} NOT NULL, claimed_until {big} NOT NULL, fence {big} NOT NULL,
  version {big} NOT NULL
) {table}
;
CREATE TABLE IF NOT EXISTS switch_vrfs (
  switch_name {name} NOT NULL, vrf {name} NOT NULL, PRIMARY KEY (switch_name, vrf)
) {table}
;
CREATE TABLE IF NOT EXISTS ports (
  switch_name {name} NOT NULL, name {name} NOT NULL, role {name} NOT NULL,
  PRIMARY KEY (switch_name, name)
) {table}
;
CREATE TABLE IF NOT EXISTS servers (
  name {name} NOT NULL PRIMARY KEY, profile {name} NOT NULL, state {name} NOT NULL,
  reason {text} NOT NULL, deployment {name} NOT NULL,
  bmc_type {name} NOT NULL, bmc_url {text} NOT NULL, bmc_user {name} NOT NULL,
  sealed_bmc_password {text} NOT NULL, version {big} NOT NULL
) {table}
;
CREATE TABLE IF NOT EXISTS nics (
  server {name} NOT NULL, name {name} NOT NULL, mac {name} NOT NULL UNIQUE,
  switch_name {name} NOT NULL, port {name} NOT NULL,
  PRIMARY KEY (server, name), UNIQUE (switch_name, port)
) {table}
)sql";

constexpr std::string_view kWork = R"sql(
CREATE TABLE IF NOT EXISTS deployments (
  id {name} NOT NULL PRIMARY KEY, name {name} NOT NULL, project {name} NOT NULL,
  server {name} NOT NULL, image {name} NOT NULL, catalog {name} NOT NULL, plan {json} NOT NULL,
  asn {big} NOT NULL, state {name} NOT NULL, reason {text} NOT NULL,
  live_server {name} NOT NULL UNIQUE, live_name {name} NOT NULL UNIQUE,
  operation {name} NOT NULL, created {big} NOT NULL, ended {big} NOT NULL, version {big} NOT NULL
) {table}
;
CREATE TABLE IF NOT EXISTS operations (
  id {name} NOT NULL PRIMARY KEY, kind {name} NOT NULL, deployment {name} NOT NULL,
  server {name} NOT NULL, project {name} NOT NULL, live_server {name} NOT NULL UNIQUE,
  status {name} NOT NULL, state {name} NOT NULL, state_since {big} NOT NULL, attempt INT NOT NULL,
  message {text} NOT NULL, error_code {name} NOT NULL, error {text} NOT NULL,
  cancel_requested INT NOT NULL, due {big} NOT NULL,
  claimed_by {name} NOT NULL, claimed_until {big} NOT NULL, fence {big} NOT NULL,
  created {big} NOT NULL, finished {big} NOT NULL, version {big} NOT NULL
) {table}
;
CREATE INDEX operations_due ON operations (status, due)
;
CREATE TABLE IF NOT EXISTS timeline (
  operation {name} NOT NULL, sequence INT NOT NULL, at {big} NOT NULL, step {name} NOT NULL,
  kind {name} NOT NULL, message {text} NOT NULL, PRIMARY KEY (operation, sequence)
) {table}
;
CREATE TABLE IF NOT EXISTS step_times (
  operation {name} NOT NULL, kind {name} NOT NULL, step {name} NOT NULL, micros {big} NOT NULL,
  PRIMARY KEY (operation, step)
) {table}
;
CREATE TABLE IF NOT EXISTS events (
  id {autoid}, at {big} NOT NULL, type {name} NOT NULL, subject {name} NOT NULL,
  project {name} NOT NULL, data {json} NOT NULL
) {table}
;
CREATE TABLE IF NOT EXISTS port_wishes (
  switch_name {name} NOT NULL, port {name} NOT NULL, wish {json} NOT NULL, version {big} NOT NULL,
  settled_version {big} NOT NULL, previous {json} NOT NULL, change_group {name} NOT NULL,
  phase {name} NOT NULL, attempts INT NOT NULL, due {big} NOT NULL, watch_until {big} NOT NULL,
  error {text} NOT NULL, report {json} NOT NULL, sessions {json} NOT NULL, observed_at {big} NOT NULL,
  sessions_at {big} NOT NULL, PRIMARY KEY (switch_name, port)
) {table}
;
CREATE INDEX port_wishes_group ON port_wishes (change_group)
;
CREATE TABLE IF NOT EXISTS change_groups (
  id {name} NOT NULL PRIMARY KEY, operation {name} NOT NULL, decision {name} NOT NULL,
  reason {text} NOT NULL, created {big} NOT NULL
) {table}
)sql";

// What the boot services keep. Of a token and a session only the SHA-256 is stored (256 random
// bits).
constexpr std::string_view kBoot = R"sql(
CREATE TABLE IF NOT EXISTS boot_desk (
  server {name} NOT NULL PRIMARY KEY, expected {name} NOT NULL,
  token_hash {name} NOT NULL, token_until {big} NOT NULL, session_hash {name} NOT NULL,
  phase {name} NOT NULL, detail {text} NOT NULL, operation {name} NOT NULL, progress INT NOT NULL,
  task {json} NOT NULL, inspection {json} NOT NULL, heard {big} NOT NULL
) {table}
;
CREATE INDEX boot_desk_session ON boot_desk (session_hash)
;
CREATE TABLE IF NOT EXISTS wiped_disks (
  operation {name} NOT NULL, disk {name} NOT NULL, server {name} NOT NULL, serial {text} NOT NULL,
  bytes {big} NOT NULL, method {name} NOT NULL, samples {big} NOT NULL,
  nonzero_samples {big} NOT NULL, at {big} NOT NULL, PRIMARY KEY (operation, disk)
) {table}
)sql";

// How a BMC proves itself: '' (a system CA), 'insecure', or the fingerprint of its certificate.
constexpr std::string_view kBmcTrust = R"sql(
ALTER TABLE servers ADD COLUMN bmc_trust {name} NOT NULL DEFAULT ''
)sql";

// An order looks for the groups of its operation.
constexpr std::string_view kGroupsOfOperation = R"sql(
CREATE INDEX change_groups_operation ON change_groups (operation)
)sql";

// What a wipe is proved against, and its signed record. `seen` and `declared` are JSON lists of
// disks, '' for none.
constexpr std::string_view kProof = R"sql(
CREATE TABLE IF NOT EXISTS server_disks (
  server {name} NOT NULL PRIMARY KEY, seen {json} NOT NULL, declared {json} NOT NULL
) {table}
;
ALTER TABLE boot_desk ADD COLUMN disks {json} NOT NULL DEFAULT ''
;
CREATE TABLE IF NOT EXISTS site_keys (
  name {name} NOT NULL PRIMARY KEY, id {name} NOT NULL, public_key {text} NOT NULL,
  sealed_key {text} NOT NULL, created {big} NOT NULL
) {table}
;
CREATE TABLE IF NOT EXISTS wipe_records (
  operation {name} NOT NULL PRIMARY KEY, server {name} NOT NULL, at {big} NOT NULL,
  body {json} NOT NULL, signature {text} NOT NULL, key_id {name} NOT NULL
) {table}
;
CREATE INDEX wipe_records_server ON wipe_records (server, operation)
)sql";

// Machines that booted and that the inventory does not know.
constexpr std::string_view kDiscoveries = R"sql(
CREATE TABLE IF NOT EXISTS discoveries (
  id {name} NOT NULL PRIMARY KEY, mac {name} NOT NULL, switch_name {name} NOT NULL,
  port {name} NOT NULL, inspection {json} NOT NULL, first_seen {big} NOT NULL,
  last_seen {big} NOT NULL
) {table}
)sql";

// What a distribution's own installer is answered; '' where our own is at work.
constexpr std::string_view kAnswers = R"sql(
ALTER TABLE boot_desk ADD COLUMN answers {json} NOT NULL DEFAULT ''
)sql";

// Where the RAM system is that speaks for a server, and what its ssh shows; whom a rescue lets in
// and, once it is open, how. `ended_by` is who is done with it.
constexpr std::string_view kRescues = R"sql(
ALTER TABLE boot_desk ADD COLUMN address {name} NOT NULL DEFAULT ''
;
ALTER TABLE boot_desk ADD COLUMN host_key {name} NOT NULL DEFAULT ''
;
CREATE TABLE IF NOT EXISTS rescues (
  operation {name} NOT NULL PRIMARY KEY, ssh_keys {json} NOT NULL, ended_by {name} NOT NULL,
  address {name} NOT NULL, host_key {name} NOT NULL, opened {big} NOT NULL
) {table}
)sql";

// One-time tokens of installed systems that call home once; only the SHA-256 is stored, '' when it
// was used. `report` is what they said.
constexpr std::string_view kPhoneHomes = R"sql(
CREATE TABLE IF NOT EXISTS phone_homes (
  operation {name} NOT NULL PRIMARY KEY, token_hash {name} NOT NULL, token_until {big} NOT NULL,
  heard {big} NOT NULL, report {json} NOT NULL
) {table}
;
CREATE INDEX phone_homes_token ON phone_homes (token_hash)
)sql";

// By which loaders it boots: '' (as boot.secure_boot of the configuration), 'on', 'off'.
constexpr std::string_view kSecureBoot = R"sql(
ALTER TABLE servers ADD COLUMN secure_boot {name} NOT NULL DEFAULT ''
)sql";

// What is kept for those who must find out why an operation failed (store/consoles.h).
constexpr std::string_view kConsoles = R"sql(
CREATE TABLE IF NOT EXISTS operation_consoles (
  operation {name} NOT NULL PRIMARY KEY, server {name} NOT NULL, step {name} NOT NULL,
  at {big} NOT NULL, console {text} NOT NULL, problem {text} NOT NULL, installer {text} NOT NULL
) {table}
)sql";

// Times of steps are compared on hardware of one kind.
constexpr std::string_view kHardware = R"sql(
ALTER TABLE servers ADD COLUMN hardware {name} NOT NULL DEFAULT ''
;
ALTER TABLE step_times ADD COLUMN hardware {name} NOT NULL DEFAULT ''
;
CREATE INDEX step_times_hardware ON step_times (kind, hardware, operation)
;
ALTER TABLE operations ADD COLUMN slow_after {big} NOT NULL DEFAULT 0
)sql";

// Catalogs as they were pushed: a version never changes. `pushed` of a catalog is the version new
// orders get, 0 of one that an inventory file brought.
constexpr std::string_view kCatalogVersions = R"sql(
CREATE TABLE IF NOT EXISTS catalog_versions (
  name {name} NOT NULL, version INT NOT NULL, sha256 {name} NOT NULL, files {json} NOT NULL,
  author {name} NOT NULL, created {big} NOT NULL, PRIMARY KEY (name, version)
) {table}
;
ALTER TABLE network_catalogs ADD COLUMN pushed INT NOT NULL DEFAULT 0
;
ALTER TABLE deployments ADD COLUMN catalog_version INT NOT NULL DEFAULT 0
)sql";

// A version is checked when it is pushed; orders get one that was published. `body` is what the
// controller made of it (network_catalog.h), '' of versions from before there was one. A roll-out
// is an operation; its servers are what it moves.
constexpr std::string_view kRollouts = R"sql(
ALTER TABLE catalog_versions ADD COLUMN state {name} NOT NULL DEFAULT 'published'
;
ALTER TABLE catalog_versions ADD COLUMN body {json} NOT NULL DEFAULT ''
;
CREATE TABLE IF NOT EXISTS rollouts (
  id {name} NOT NULL PRIMARY KEY, catalog {name} NOT NULL, version INT NOT NULL,
  reverts {name} NOT NULL, canary INT NOT NULL, batch INT NOT NULL, pause_seconds INT NOT NULL,
  author {name} NOT NULL, created {big} NOT NULL
) {table}
;
CREATE TABLE IF NOT EXISTS rollout_servers (
  rollout {name} NOT NULL, deployment {name} NOT NULL, server {name} NOT NULL, wave INT NOT NULL,
  state {name} NOT NULL, from_version INT NOT NULL, to_version INT NOT NULL,
  former_plan {json} NOT NULL, target_plan {json} NOT NULL, operation {name} NOT NULL,
  detail {text} NOT NULL, legs {json} NOT NULL, loss {big} NOT NULL, ended {big} NOT NULL,
  PRIMARY KEY (rollout, deployment)
) {table}
;
CREATE INDEX rollout_servers_state ON rollout_servers (rollout, state, wave)
;
CREATE INDEX rollout_servers_operation ON rollout_servers (operation)
;
CREATE INDEX deployments_catalog ON deployments (catalog, state)
)sql";

// OS images as they were pushed, like catalogs. `pushed` of an image is the version new orders get,
// 0 of one that an inventory file named. `firmware` of a server: '' (never inspected), 'bios',
// 'uefi'.
constexpr std::string_view kImageVersions = R"sql(
CREATE TABLE IF NOT EXISTS image_versions (
  name {name} NOT NULL, version INT NOT NULL, sha256 {name} NOT NULL, files {json} NOT NULL,
  author {name} NOT NULL, created {big} NOT NULL, state {name} NOT NULL, body {json} NOT NULL,
  PRIMARY KEY (name, version)
) {table}
;
ALTER TABLE os_images ADD COLUMN pushed INT NOT NULL DEFAULT 0
;
ALTER TABLE deployments ADD COLUMN image_version INT NOT NULL DEFAULT 0
;
ALTER TABLE servers ADD COLUMN firmware {name} NOT NULL DEFAULT ''
)sql";

// Machines that probe host routes from inside the VRFs, what they are asked to watch, and what they
// saw (probe/probe_target.h). `probes` of a roll-out's server is what was seen of its host routes
// (steps/route_probes.h), '' before anybody looked.
constexpr std::string_view kVantagePoints = R"sql(
CREATE TABLE IF NOT EXISTS vantage_points (
  name {name} NOT NULL PRIMARY KEY, address {name} NOT NULL, port INT NOT NULL,
  login {name} NOT NULL, sealed_password {text} NOT NULL, key_file {text} NOT NULL,
  host_key {text} NOT NULL, gate INT NOT NULL,
  state {name} NOT NULL, error {text} NOT NULL, last_contact {big} NOT NULL,
  claimed_by {name} NOT NULL, claimed_until {big} NOT NULL, fence {big} NOT NULL,
  version {big} NOT NULL
) {table}
;
CREATE TABLE IF NOT EXISTS vantage_vrfs (
  vantage {name} NOT NULL, vrf {name} NOT NULL, device {name} NOT NULL, PRIMARY KEY (vantage, vrf)
) {table}
;
CREATE TABLE IF NOT EXISTS probe_targets (
  vantage {name} NOT NULL, vrf {name} NOT NULL, address {name} NOT NULL, bytes INT NOT NULL,
  watch_until {big} NOT NULL, asked_at {big} NOT NULL, checked_at {big} NOT NULL,
  sent {big} NOT NULL, answered {big} NOT NULL, lost_in_row {big} NOT NULL,
  last_answer {big} NOT NULL, gap_since {big} NOT NULL, gaps {json} NOT NULL,
  paths INT NOT NULL, paths_since {big} NOT NULL, small_answers INT NOT NULL,
  problem {text} NOT NULL, PRIMARY KEY (vantage, vrf, address)
) {table}
;
CREATE INDEX probe_targets_watched ON probe_targets (vantage, watch_until)
;
ALTER TABLE rollout_servers ADD COLUMN probes {json} NOT NULL DEFAULT ''
)sql";

// A switch that is drained, and what of each port was settled: a switch may be drained in the
// middle of a change of a port.
constexpr std::string_view kDrains = R"sql(
ALTER TABLE switches ADD COLUMN drained_at {big} NOT NULL DEFAULT 0
;
ALTER TABLE switches ADD COLUMN drain_reason {name} NOT NULL DEFAULT ''
;
ALTER TABLE port_wishes ADD COLUMN settled_drained INT NOT NULL DEFAULT 0
)sql";

constexpr std::array kMigrations{
    db::Migration{200, "inventory", kInventory},
    db::Migration{201, "deployments, operations, wishes", kWork},
    db::Migration{202, "boot desk, wiped disks", kBoot},
    db::Migration{203, "certificates of BMCs", kBmcTrust},
    db::Migration{204, "change groups by operation", kGroupsOfOperation},
    db::Migration{205, "proof and records of wipes", kProof},
    db::Migration{206, "discovered machines", kDiscoveries},
    db::Migration{207, "answers to unattended installers", kAnswers},
    db::Migration{208, "rescues", kRescues},
    db::Migration{209, "installed systems call home", kPhoneHomes},
    db::Migration{210, "Secure Boot of servers", kSecureBoot},
    db::Migration{211, "consoles of operations", kConsoles},
    db::Migration{212, "hardware, times of steps on it", kHardware},
    db::Migration{213, "versions of network catalogs", kCatalogVersions},
    db::Migration{214, "states of catalog versions, roll-outs", kRollouts},
    db::Migration{220, "versions of OS images", kImageVersions},
    db::Migration{230, "vantage points", kVantagePoints},
    db::Migration{231, "drained switches", kDrains},
};

}  // namespace

std::span<const db::Migration> migrations() { return kMigrations; }

}  // namespace switchyard::provisioner
