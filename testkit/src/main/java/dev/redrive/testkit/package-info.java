// SPDX-License-Identifier: Apache-2.0
/**
 * What holds a transport to its promises: the contract of {@code docs/spec/transport.md} as tests,
 * and virtual time to run them on.
 */
@NullMarked
package dev.redrive.testkit;

import org.jspecify.annotations.NullMarked;
