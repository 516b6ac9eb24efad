// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch.planted.core;

interface ThingManager {}
