//! Lists in scripts: of services, or of folders, images and packages that are called alike.

use super::check;

#[test]
fn used_in_paths_and_images() {
    check(
        "shop-db",
        &[
            (
                "build.sh",
                "services=(\"\" \"web\" \"shop-db\")\nfor s in \"${services[@]}\"; do\n  cp x ./apps/$s/.env\ndone\n",
                &["Path Certain"],
            ),
            (
                "build.sh",
                "services=(\"\" \"web\" \"shop-db\")\nfor s in \"${services[@]}\"; do\n  prefix=\"./\"\n  if [ \"$s\" != \"\" ]; then prefix=\"./apps/$s/\"; fi\n  cp \"${prefix}.env.example\" \"${prefix}.env\"\ndone\n",
                &["Path Unsure"],
            ),
            (
                "build.sh",
                "for s in web shop-db; do docker build -t acme/$s:latest .; done\n",
                &["Image Unsure"],
            ),
            (
                "build.sh",
                "image_nicknames=(web shop-db)\nfor n in \"${image_nicknames[@]}\"; do\n  push \"$n\"\ndone\n",
                &["Image Unsure"],
            ),
            ("build.sh", "packages=(web shop-db)\n", &["Image Unsure"]),
            ("build.sh", "app_dirs=\"web shop-db\"\n", &["Path Certain"]),
            ("build.sh", "modules=(web shop-db)\n", &["Identifier Unsure"]),
            ("build.sh", "topics=(web shop-db)\n", &["Identifier Unsure"]),
            (
                "build.sh",
                "for s in web shop-db; do docker logs $s > logs/$s.log; done\n",
                &["NameList Certain"],
            ),
            (
                "build.sh",
                "services=(web shop-db)\nfor s in \"${services[@]}\"; do docker compose up -d $s; done\n",
                &["NameList Certain"],
            ),
        ],
    );
}

#[test]
fn containers_of_other_systems() {
    check(
        "shop-db",
        &[
            (
                "a.json",
                "{\"kubernetes_pod_container_name\": \"shop-db\"}\n",
                &["OtherNamespace Unsure"],
            ),
            (
                "task.json",
                "{\"containerDefinitions\": [{\"dependsOn\": [{\"containerName\": \"shop-db\"}]}]}\n",
                &["Literal Unsure"],
            ),
            ("a.json", "{\"containerName\": \"shop-db\"}\n", &["ContainerReference Likely"]),
        ],
    );
}
