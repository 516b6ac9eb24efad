// SPDX-License-Identifier: Apache-2.0

/** How the server is doing: health, readiness, metrics. */
@NullMarked
package dev.redrive.server.health;

import org.jspecify.annotations.NullMarked;
