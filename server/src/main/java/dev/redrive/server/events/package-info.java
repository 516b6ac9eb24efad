// SPDX-License-Identifier: Apache-2.0

/** What happens, as server-sent events. */
@NullMarked
package dev.redrive.server.events;

import org.jspecify.annotations.NullMarked;
