// SPDX-License-Identifier: Apache-2.0

/** The queues of this server: from the configuration, and made over the API. */
@NullMarked
package dev.redrive.server.queue;

import org.jspecify.annotations.NullMarked;
