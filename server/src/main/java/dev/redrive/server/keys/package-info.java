// SPDX-License-Identifier: Apache-2.0

/** API keys: who may do what. */
@NullMarked
package dev.redrive.server.keys;

import org.jspecify.annotations.NullMarked;
