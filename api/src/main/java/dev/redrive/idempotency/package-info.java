// SPDX-License-Identifier: Apache-2.0

/**
 * Where it is remembered what was done under a key, so that a duplicate has no effect. Made for
 * whoever writes such a store; an application chooses one and gives it to a queue.
 */
@NullMarked
package dev.redrive.idempotency;

import org.jspecify.annotations.NullMarked;
