// SPDX-License-Identifier: Apache-2.0

/**
 * Transports that are wrong on purpose, one for each rule of the contract: what proves that the
 * contract would notice.
 */
@NullMarked
package dev.redrive.transport.memory.broken;

import org.jspecify.annotations.NullMarked;
