// What a port comes back as after a reboot: its rows in /etc/sonic/config_db.json. Pure.
//
// `config save` writes all of CONFIG_DB: what others left unsaved, and ports whose change nobody
// has kept yet. So only the rows of the one port are put into the file, by a small Python program
// on the switch (SONiC's own commands are Python, so it is there), which replaces the file by
// rename. A saved file and an unsaved CONFIG_DB of others stay as they are.
#pragma once

#include "switch-drivers/sonic/config_db.h"
#include "switch-drivers/transport/shell.h"

#include <string>
#include <string_view>

namespace switchyard::switch_drivers::sonic {

// Of the port's row only the fields that are ours are replaced, its other rows as a whole.
[[nodiscard]] std::string saved_document(std::string_view port, const ConfigDb& rows);

// Administratively down, member of nothing.
[[nodiscard]] std::string closed_document(const std::string& port);

// The program: python3 - DOCUMENT, itself being the standard input. Status 0: saved and on disk.
[[nodiscard]] std::string_view save_program();

// cat >/run/switchyard/CHANGE/save.py
[[nodiscard]] Command store_save_program(std::string_view change);
[[nodiscard]] Command save_document(std::string_view document);
// The same as a line of an undo script, which runs beside save.py.
[[nodiscard]] std::string save_line(std::string_view document);

}  // namespace switchyard::switch_drivers::sonic
