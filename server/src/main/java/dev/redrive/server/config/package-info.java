// SPDX-License-Identifier: Apache-2.0

/** The server's configuration: its file, its environment, and the settings of a queue. */
@NullMarked
package dev.redrive.server.config;

import org.jspecify.annotations.NullMarked;
