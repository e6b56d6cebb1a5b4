// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"

static char root[64];

static void make_root(void)
{
	char path[96];

	strcpy(root, "/tmp/doctor-XXXXXX");
	cr_assert(!!mkdtemp(root));
	snprintf(path, sizeof(path), "%s/etc", root);
	mkdir(path, 0755);
}

static void remove_root(void)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/etc/os-release", root);
	unlink(path);
	snprintf(path, sizeof(path), "%s/etc", root);
	rmdir(path);
	rmdir(root);
}

TestSuite(doctor, .init = make_root, .fini = remove_root, .timeout = 60);

static struct node_image image_of(const char *release)
{
	struct node_image image;
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "%s/etc/os-release", root);
	file = fopen(path, "w");
	fputs(release, file);
	fclose(file);
	node_image_read(root, &image);
	return image;
}

Test(doctor, a_remedy_is_in_the_words_of_the_nodes_image)
{
	static const struct {
		const char *release, *name, *family, *remedy;
	} cases[] = {
		{"NAME=\"Amazon Linux\"\nID=\"amzn\"\nVERSION_ID=\"2\"\n"
		 "PRETTY_NAME=\"Amazon Linux 2\"\n",
		 "Amazon Linux 2", "al2",
		 "grubby --update-kernel=ALL --args=\"lsm=a,bpf\" && reboot"},
		{"PRETTY_NAME=\"Amazon Linux 2023\"\nID=\"amzn\"\nVERSION_ID=\"2023\"\n",
		 "Amazon Linux 2023", "al2023",
		 "grubby --update-kernel=ALL --args=\"lsm=a,bpf\" && reboot"},
		{"ID=bottlerocket\nPRETTY_NAME='Bottlerocket OS 1.2'\n",
		 "Bottlerocket OS 1.2", "bottlerocket",
		 "in the node's user data: [settings.boot] reboot-to-reconcile = true "
		 "and "
		 "[settings.boot.kernel-parameters] lsm = [\"a,bpf\"]"},
		{"ID=ubuntu\nID_LIKE=debian\n", "unknown", "debian",
		 "add \"lsm=a,bpf\" to GRUB_CMDLINE_LINUX in /etc/default/grub, run "
		 "update-grub, and reboot"},
		{"", "unknown", "other",
		 "put \"lsm=a,bpf\" on the kernel's command line and reboot"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct node_image image = image_of(cases[i].release);
		_cleanup_(freep) char *remedy =
			node_image_boot_remedy(&image, "lsm=a,bpf");

		cr_expect_str_eq(image.name, cases[i].name);
		cr_expect_str_eq(image.family, cases[i].family);
		cr_expect_str_eq(remedy, cases[i].remedy);
	}
}

Test(doctor, a_lockdown_is_eased_by_the_images_own_setting)
{
	static const struct {
		const char *release, *remedy;
	} cases[] = {
		{"ID=amzn\nVERSION_ID=2\n",
		 "grubby --update-kernel=ALL --args=\"lockdown=integrity\" && reboot"},
		{"ID=bottlerocket\n",
		 "in the node's user data: [settings.kernel] lockdown = "
		 "\"integrity\"; and reboot"},
		{"ID=debian\n", "add \"lockdown=integrity\" to GRUB_CMDLINE_LINUX in "
				"/etc/default/grub, run "
				"update-grub, and reboot"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct node_image image = image_of(cases[i].release);
		_cleanup_(freep) char *remedy = node_image_lockdown_remedy(&image);

		cr_expect_str_eq(remedy, cases[i].remedy);
	}
}

Test(doctor, what_is_missing_has_a_remedy_and_is_not_ready)
{
	static const char *const known[] = {"ok", "warning", "missing"};
	json_t *found, *item;
	bool missing = false;
	size_t i, n;

	cr_assert_eq(doctor_json("", &found), 0);
	doctor_checks(&n);
	cr_expect_eq(json_array_size(json_object_get(found, "items")), n);
	json_array_foreach (json_object_get(found, "items"), i, item) {
		const char *result = json_string_value(json_object_get(item, "result"));
		const char *remedy = json_string_value(json_object_get(item, "remedy"));
		bool is_known = false;

		for (size_t j = 0; j < ARRAY_SIZE(known); j++)
			is_known |= !strcmp(result, known[j]);
		cr_expect(is_known, "%s", result);
		cr_expect_eq(!strcmp(result, "ok"), !*remedy);
		missing |= !strcmp(result, "missing");
	}
	cr_expect_eq(json_is_true(json_object_get(found, "ready")), !missing);
	json_decref(found);
}
