// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.redrive.cli.send;

import org.jspecify.annotations.NullMarked;
