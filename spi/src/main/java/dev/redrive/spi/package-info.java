// SPDX-License-Identifier: Apache-2.0
/**
 * What a transport implements, and what it is given. The rules it must keep are numbered in {@code
 * docs/spec/transport.md} and tested by the contract in {@code dev.redrive.testkit}.
 */
@NullMarked
package dev.redrive.spi;

import org.jspecify.annotations.NullMarked;
