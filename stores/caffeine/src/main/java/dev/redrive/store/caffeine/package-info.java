// SPDX-License-Identifier: Apache-2.0

/** An idempotency store in the memory of the process, on Caffeine. */
@NullMarked
package dev.redrive.store.caffeine;

import org.jspecify.annotations.NullMarked;
