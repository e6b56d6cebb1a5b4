// SPDX-License-Identifier: Apache-2.0

/* What is executed where it does not matter what. */

int main(void)
{
	return 0;
}
