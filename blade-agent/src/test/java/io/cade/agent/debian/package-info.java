@NullMarked
package io.cade.agent.debian;

import org.jspecify.annotations.NullMarked;
