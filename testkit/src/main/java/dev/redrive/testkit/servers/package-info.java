// SPDX-License-Identifier: Apache-2.0

/**
 * Real servers for tests: each a child of the test's process on ports of its own, in a temporary
 * folder, that can be killed and started again, and that ends with the process whatever happens.
 */
@NullMarked
package dev.redrive.testkit.servers;

import org.jspecify.annotations.NullMarked;
